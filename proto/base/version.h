#ifndef HAWSER_BASE_VERSION_H_
#define HAWSER_BASE_VERSION_H_

// The version of Hawser: of its programs and libraries, which are released together.
// MAJOR.MINOR.PATCH as in semver.org; while MAJOR is 0, another MINOR may mean that two of them do
// not fit.

namespace hawser::base {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace hawser::base

#endif  // HAWSER_BASE_VERSION_H_
