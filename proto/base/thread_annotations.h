#ifndef PROTO_BASE_THREAD_ANNOTATIONS_H_
#define PROTO_BASE_THREAD_ANNOTATIONS_H_

// Says in the code which lock guards what, so that clang's -Wthread-safety can prove it. Other
// compilers see nothing.
//
//   base::Mutex mu_;
//   int count_ HAWSER_GUARDED_BY(mu_) = 0;
//   void Grow() HAWSER_REQUIRES(mu_);

#if defined(__clang__)
#define HAWSER_THREAD_ANNOTATION_(x) __attribute__((x))
#else
#define HAWSER_THREAD_ANNOTATION_(x)
#endif

// On a class that is a lock, or that holds one for as long as it lives.
#define HAWSER_CAPABILITY(name) HAWSER_THREAD_ANNOTATION_(capability(name))
#define HAWSER_SCOPED_CAPABILITY HAWSER_THREAD_ANNOTATION_(scoped_lockable)

// On a member: itself, or what it points to, is touched only with the lock held.
#define HAWSER_GUARDED_BY(lock) HAWSER_THREAD_ANNOTATION_(guarded_by(lock))
#define HAWSER_PT_GUARDED_BY(lock) HAWSER_THREAD_ANNOTATION_(pt_guarded_by(lock))

// On a lock: the order in which it is taken.
#define HAWSER_ACQUIRED_BEFORE(...) HAWSER_THREAD_ANNOTATION_(acquired_before(__VA_ARGS__))
#define HAWSER_ACQUIRED_AFTER(...) HAWSER_THREAD_ANNOTATION_(acquired_after(__VA_ARGS__))

// On a function: its caller holds the lock, or must not hold it.
#define HAWSER_REQUIRES(...) HAWSER_THREAD_ANNOTATION_(requires_capability(__VA_ARGS__))
#define HAWSER_EXCLUDES(...) HAWSER_THREAD_ANNOTATION_(locks_excluded(__VA_ARGS__))

// On a function: it takes the lock, gives it back, or takes it when it returns the given value.
#define HAWSER_ACQUIRE(...) HAWSER_THREAD_ANNOTATION_(acquire_capability(__VA_ARGS__))
#define HAWSER_RELEASE(...) HAWSER_THREAD_ANNOTATION_(release_capability(__VA_ARGS__))
#define HAWSER_TRY_ACQUIRE(...) HAWSER_THREAD_ANNOTATION_(try_acquire_capability(__VA_ARGS__))

// On a function: it tells the analysis that the lock is held, or returns the lock.
#define HAWSER_ASSERT_CAPABILITY(lock) HAWSER_THREAD_ANNOTATION_(assert_capability(lock))
#define HAWSER_LOCK_RETURNED(lock) HAWSER_THREAD_ANNOTATION_(lock_returned(lock))

// On a function the analysis cannot follow; the comment beside it says why it is right.
#define HAWSER_NO_THREAD_SAFETY_ANALYSIS HAWSER_THREAD_ANNOTATION_(no_thread_safety_analysis)

#endif  // PROTO_BASE_THREAD_ANNOTATIONS_H_
