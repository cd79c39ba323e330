# Sources ask by GCC's macros which sanitizer they are compiled with; clang does not define them.
foreach(sanitizer address thread)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CMAKE_CXX_FLAGS MATCHES "-fsanitize=[a-z,]*${sanitizer}")
    string(TOUPPER ${sanitizer} name)
    add_compile_definitions(__SANITIZE_${name}__=1)
  endif()
endforeach()

# LLVM's linker, where it is installed, links what clang's sanitizers have grown four times as fast.
find_program(TINYTORCH_LLD ld.lld)
mark_as_advanced(TINYTORCH_LLD)
if(TINYTORCH_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL Clang AND CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
  add_link_options(-fuse-ld=lld)
endif()

# libFuzzer's programs (tests/fuzzers) come with clang, and find more with AddressSanitizer. They follow the branches that
# these sources take.
set(tinytorch_fuzzers OFF)
if(TINYTORCH_TESTS AND CMAKE_CXX_COMPILER_ID STREQUAL Clang AND CMAKE_CXX_FLAGS MATCHES "-fsanitize=[a-z,]*address")
  set(tinytorch_fuzzers ON)
  set_source_files_properties(
    core/npy.cpp core/npz.cpp core/safetensors.cpp core/internal/file.cpp core/internal/stored_type.cpp
    core/internal/text.cpp core/internal/zip.cpp core/ops/einsum.cpp
    nn/data/byte_pair_files.cpp nn/data/csv.cpp nn/data/idx.cpp nn/data/internal/data_reader.cpp
    nn/data/internal/png.cpp nn/data/internal/pnm.cpp
    PROPERTIES COMPILE_OPTIONS -fsanitize=fuzzer-no-link SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
endif()
