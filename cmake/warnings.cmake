# The warnings that all of our own code is compiled with.
function(tinytorch_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion
                                           $<$<BOOL:${TINYTORCH_WARNINGS_AS_ERRORS}>:-Werror>)
endfunction()
