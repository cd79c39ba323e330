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

// The stand-in headers against the list in signatures/, which the compiler holds against CUDA's headers.
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

std::string text_of_folder(const fs::path& folder) {
  std::string text;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    text.append(std::istreambuf_iterator<char>(file), {});
  }
  return text;
}

const std::string& headers() {
  static const std::string text = text_of_folder(fs::path(SIMT_FOLDER) / "include");
  return text;
}
const std::string& list() {
  static const std::string text = text_of_folder(fs::path(SIMT_TESTS_FOLDER) / "signatures");
  return text;
}

bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_of_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// The words of a text for which wanted(before, word, after) holds; before and after are all the text around
// it.
template <class Wanted>
Names words(std::string_view text, Wanted wanted) {
  Names names;
  for (std::size_t start = 0; start < text.size(); ++start) {
    if (!is_of_word(text[start])) continue;
    std::size_t end = start;
    while (end < text.size() && is_of_word(text[end])) ++end;
    const std::string_view word = text.substr(start, end - start);
    if (wanted(text.substr(0, start), word, text.substr(end))) names.emplace(word);
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

// cublasCreate is cublasCreate_v2: a macro makes it so, in both headers.
Names without_v2(const Names& names) {
  Names plain;
  for (const std::string& name : names) plain.insert(name.substr(0, name.rfind("_v2")));
  return plain;
}

Names declared_functions() { return without_v2(words(headers(), is_function)); }
Names declared_values() { return words(headers(), is_value); }

// The first arguments of a macro's uses, which start as a line with `macro`.
Names listed_after(std::string_view macro) {
  return words(list(), [&](std::string_view before, std::string_view, std::string_view after) {
    return before.ends_with(macro) && after.starts_with(",");
  });
}

Names listed_functions() { return listed_after("\nSIGNATURE("); }
Names listed_values() { return listed_after("\nVALUE("); }

Names missing(const Names& wanted, const Names& there) {
  Names missing;
  std::set_difference(wanted.begin(), wanted.end(), there.begin(), there.end(),
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
              testing::IsSupersetOf({"cudaMalloc", "cublasCreate", "cublasLtMatmul", "cudnnSoftmaxForward"}));
  EXPECT_THAT(declared_values(),
              testing::IsSupersetOf({"cudaErrorInvalidValue", "cudaStreamNonBlocking", "CUBLAS_GEMM_DEFAULT",
                                     "CUBLASLT_EPILOGUE_BIAS", "CUDNN_STATUS_BAD_PARAM"}));
}

}  // namespace
