// The default options of the sanitizers' runtimes. An allocation that fails returns null, as it does without
// sanitizers, so that the tests of running out of memory pass there too.
#if defined(__SANITIZE_ADDRESS__)
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
// LLVM's OpenMP does not free what it has for each of its threads, if there are more than processors.
extern "C" const char* __lsan_default_suppressions() { return "leak:libomp"; }
#elif defined(__SANITIZE_THREAD__)
extern "C" const char* __tsan_default_options() { return "allocator_may_return_null=1"; }
#endif
