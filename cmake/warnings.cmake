# The warnings that all of our own code is compiled with.
function(tinytorch_warnings target)
  set(warnings -Wall -Wextra -Wpedantic -Wconversion $<$<BOOL:${TINYTORCH_WARNINGS_AS_ERRORS}>:-Werror>)
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${warnings}>")
endfunction()
