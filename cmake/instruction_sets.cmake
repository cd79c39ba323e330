# The CPU kernels are compiled for several instruction sets, of which a program takes the best that its processor has. A
# build that stays on this machine needs only one of them, and is done in a third of the time.
set(TINYTORCH_INSTRUCTION_SETS all CACHE STRING
    "CPU kernels for: all instruction sets (to install and distribute), native (this machine's) or baseline")
set_property(CACHE TINYTORCH_INSTRUCTION_SETS PROPERTY STRINGS all native baseline)

# Sets `result` to the options for the best set of this machine; empty where that is the compiler's own.
function(tinytorch_native_instruction_set result)
  set(${result} "" PARENT_SCOPE)
  if(CMAKE_CROSSCOMPILING OR NOT EXISTS /proc/cpuinfo OR NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
    return()
  endif()
  file(STRINGS /proc/cpuinfo flags REGEX "^flags" LIMIT_COUNT 1)
  string(REGEX REPLACE "[ \t:]+" ";" flags "${flags}")
  # Highway counts AES and CLMUL to its AVX2 and AVX-512; the x86-64 levels do not have them.
  set(v3 avx2 fma bmi1 bmi2 f16c movbe abm aes pclmulqdq)
  set(v4 ${v3} avx512f avx512bw avx512cd avx512dq avx512vl)
  foreach(level v3 v4)
    set(missing ${${level}})
    list(REMOVE_ITEM missing ${flags})
    if(NOT missing)
      set(${result} -march=x86-64-${level} -maes -mpclmul PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

set(instruction_set_flags "")
if(TINYTORCH_INSTRUCTION_SETS STREQUAL native)
  tinytorch_native_instruction_set(instruction_set_flags)
elseif(NOT TINYTORCH_INSTRUCTION_SETS MATCHES "^(all|baseline)$")
  message(FATAL_ERROR
          "TINYTORCH_INSTRUCTION_SETS is ${TINYTORCH_INSTRUCTION_SETS}; it must be all, native or baseline")
endif()
if(NOT TINYTORCH_INSTRUCTION_SETS STREQUAL all)
  list(APPEND instruction_set_flags -DHWY_COMPILE_ONLY_STATIC)
endif()
