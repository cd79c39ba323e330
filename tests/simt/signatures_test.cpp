#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

// Compares the stand-in headers with the list in signatures/, which the compiler compares with CUDA's
// headers.
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

std::string text_of_directory(const fs::path& directory) {
  std::string text;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    text.append(std::istreambuf_iterator<char>(file), {});
  }
  return text;
}

const std::string& headers() {
  static const std::string text = text_of_directory(fs::path(SIMT_FOLDER) / "include");
  return text;
}
const std::string& list() {
  static const std::string text = text_of_directory(fs::path(SIMT_TESTS_FOLDER) / "signatures");
  return text;
}

bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// The words of a text for which predicate(before, word, after) holds; before and after are the text around
// the word.
template <class Predicate>
Names words(std::string_view text, Predicate predicate) {
  Names names;
  for (std::size_t start = 0; start < text.size(); ++start) {
    if (!is_word_character(text[start])) continue;
    std::size_t end = start;
    while (end < text.size() && is_word_character(text[end])) ++end;
    const std::string_view word = text.substr(start, end - start);
    if (predicate(text.substr(0, start), word, text.substr(end))) names.emplace(word);
    start = end;
  }
  return names;
}

bool has_prefix_and_capital(std::string_view word, std::string_view prefix) {
  return word.starts_with(prefix) && word.size() > prefix.size() && is_upper(word[prefix.size()]);
}

bool is_function(std::string_view, std::string_view word, std::string_view after) {
  return after.starts_with("(") &&
         (has_prefix_and_capital(word, "cuda") || has_prefix_and_capital(word, "cublas") ||
          has_prefix_and_capital(word, "cudnn"));
}

// Enumerators and macros: NAME = 1, NAME 0x01, ERROR(NAME, 1, ...). Versions are each header's own.
bool is_value(std::string_view, std::string_view word, std::string_view after) {
  const bool named = has_prefix_and_capital(word, "cuda") || word.starts_with("CUDA_") ||
                     word.starts_with("CUBLAS") || word.starts_with("CUDNN_");
  const bool version = word.ends_with("_VERSION") || word.ends_with("_MAJOR") || word.ends_with("_MINOR") ||
                       word.ends_with("_PATCHLEVEL");
  for (const std::string_view between : {" = ", " = -", ", ", " "}) {
    const bool follows = after.starts_with(between) && after.size() > between.size();
    if (follows && is_digit(after[between.size()])) return named && !version;
  }
  return false;
}

// cublasCreate is a macro for cublasCreate_v2, in both headers.
Names without_v2(const Names& names) {
  Names plain;
  for (const std::string& name : names) plain.insert(name.substr(0, name.rfind("_v2")));
  return plain;
}

Names declared_functions() { return without_v2(words(headers(), is_function)); }
Names declared_values() { return words(headers(), is_value); }

// The first arguments of a macro's uses; `macro` is how such a line starts.
Names listed_after(std::string_view macro) {
  return words(list(), [&](std::string_view before, std::string_view, std::string_view after) {
    return before.ends_with(macro) && after.starts_with(",");
  });
}

Names listed_functions() { return listed_after("\nSIGNATURE("); }
Names listed_values() { return listed_after("\nVALUE("); }

// The names of `expected` that `actual` lacks.
Names missing(const Names& expected, const Names& actual) {
  Names missing;
  std::set_difference(expected.begin(), expected.end(), actual.begin(), actual.end(),
                      std::inserter(missing, missing.end()));
  return missing;
}

TEST(Signatures, AllFunctionsOfTheHeadersAreListed) {
  EXPECT_THAT(missing(declared_functions(), listed_functions()), testing::IsEmpty());
}

TEST(Signatures, AllListedFunctionsAreInTheHeaders) {
  EXPECT_THAT(missing(listed_functions(), declared_functions()), testing::IsEmpty());
}

TEST(Signatures, AllValuesOfTheHeadersAreListed) {
  EXPECT_THAT(missing(declared_values(), listed_values()), testing::IsEmpty());
}

TEST(Signatures, AllListedValuesAreInTheHeaders) {
  EXPECT_THAT(missing(listed_values(), declared_values()), testing::IsEmpty());
}

TEST(Signatures, HeadersAreRead) {
  EXPECT_THAT(declared_functions(),
              testing::IsSupersetOf({"cudaMalloc", "cublasCreate", "cublasLtMatmul", "cudnnCreate"}));
  EXPECT_THAT(declared_values(),
              testing::IsSupersetOf({"cudaErrorInvalidValue", "cudaStreamNonBlocking", "CUBLAS_GEMM_DEFAULT",
                                     "CUBLASLT_EPILOGUE_BIAS", "CUDNN_STATUS_BAD_PARAM"}));
}

}  // namespace
