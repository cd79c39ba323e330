# The warnings that all of our own code is compiled with.
function(tinytorch_warnings target)
  set(warnings -Wall -Wextra -Wpedantic -Wconversion $<$<BOOL:${TINYTORCH_WARNINGS_AS_ERRORS}>:-Werror>)
  # A loop whose iterations are independent need not be vectorized.
  list(APPEND warnings $<$<CXX_COMPILER_ID:Clang>:-Wno-pass-failed>)
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${warnings}>")
endfunction()
