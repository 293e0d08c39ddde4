// What ThreadSanitizer shall not report in any test. Queues inside the prebuilt gRPC hand memory
// over in code that is not instrumented, so it sees races where its inline headers touch that
// memory on both sides.

#if defined(__SANITIZE_THREAD__)

extern "C" __attribute__((visibility("default"))) const char* __tsan_default_options() {
  return "ignore_noninstrumented_modules=1";
}

extern "C" __attribute__((visibility("default"))) const char* __tsan_default_suppressions() {
  return "race:^grpc::internal::\n"
         "race:^grpc::ByteBuffer\n"
         "race:^grpc::CompletionQueue\n";
}

#endif
