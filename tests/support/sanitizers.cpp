// What the sanitizers' runtimes ask a program at its start: an allocation that cannot be had gives null, as
// it does without them, so that the tests of running out of memory hold there too.
#if defined(__SANITIZE_ADDRESS__)
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
#elif defined(__SANITIZE_THREAD__)
extern "C" const char* __tsan_default_options() { return "allocator_may_return_null=1"; }
#endif
