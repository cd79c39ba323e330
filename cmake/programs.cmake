# programs.txt in the build folder tells the tito program what was built: a line a program, fields parted by
# tabs:
#   suite    NAME  PATH  each|once|cuda  [long]  (runs on each backend, once because no device takes part, or on that
#                                        one; in shards if it is long)
#   example  NAME  PATH  DESCRIPTION
#   fuzzer   NAME  PATH  SEEDS   (one of libFuzzer's programs, and the directory of its first inputs)
#   tool     NAME  PATH  (what a command of tito starts)
function(tinytorch_record_program kind name path note)
  string(JOIN "\t" line ${kind} ${name} ${path} "${note}" ${ARGN})
  set_property(GLOBAL APPEND_STRING PROPERTY TINYTORCH_PROGRAMS "${line}\n")
endfunction()

# Lets a program load plug-ins (core/plugin.h): it has the whole library, and shows its functions to them.
function(tinytorch_accept_plugins target library)
  target_link_libraries(${target} PRIVATE ${library})
  set_target_properties(${target} PROPERTIES ENABLE_EXPORTS ON LINK_LIBRARY_OVERRIDE "WHOLE_ARCHIVE,${library},simt")
endfunction()

function(tinytorch_write_programs)
  get_property(programs GLOBAL PROPERTY TINYTORCH_PROGRAMS)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/programs.txt CONTENT "${programs}" @ONLY)
endfunction()
