#ifndef HAWSER_PROTO_LINK_DEFECT_H_
#define HAWSER_PROTO_LINK_DEFECT_H_

// Rules of the link that can be broken on purpose, so that the model test can show that it notices.
// Only the test build `link_with_defects` defines HAWSER_PLANT_DEFECTS; in every other build
// Planted() is the constant false and nothing of this is left.

namespace hawser::link {

enum class Defect {
  kNone,
  kFreeOnFirstRelease,    // the exporter ignores the watermark
  kHandleBeforeNumber,    // handles are looked up when a frame is queued, not when it is numbered
  kNoRecheckAtRelease,    // no look for a newer proxy when the Release is stamped
  kLateReturnUnread,      // the table of an unwanted Return is not registered
  kCountPerSend,          // exporter counts sends, each Release takes off one
  kReplayWithoutFencing,  // packets of a replaced connection are taken, and frames processed
                          // already run again
};

#ifdef HAWSER_PLANT_DEFECTS
inline Defect planted_defect = Defect::kNone;
inline bool Planted(Defect defect) { return planted_defect == defect; }
#else
constexpr bool Planted(Defect) { return false; }
#endif

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_DEFECT_H_
