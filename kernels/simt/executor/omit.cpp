#include "kernels/simt/executor/omit.h"

#include <atomic>
#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "kernels/simt/executor/message.h"
#include "kernels/simt/executor/options.h"
#include "simt/call_sites.h"
#include "simt/kernel_interface.h"

namespace simt {
namespace {

struct OmittedSite {
  std::string suffix;  // of the file's name
  unsigned line = 0;
  std::atomic<bool> reached = false;
};

OmittedSite& omitted_site() {
  static OmittedSite site;
  return site;
}

// With loops of its own: it runs on device threads, where ThreadSanitizer sees what library functions do.
bool ends_with(const char* text, const char* suffix, std::size_t suffix_length) {
  std::size_t length = 0;
  while (text[length] != '\0') {
    ++length;
  }
  if (length < suffix_length) {
    return false;
  }
  for (std::size_t i = 0; i < suffix_length; ++i) {
    if (text[length - suffix_length + i] != suffix[i]) {
      return false;
    }
  }
  return true;
}

thread_local Site call_site;

}  // namespace

bool omitting = false;

void omit(std::string_view site) {
  OmittedSite& omitted = omitted_site();
  omitting = false;
  if (site.empty()) {
    return;
  }
  const std::size_t colon = site.rfind(':');
  const std::string_view line = colon == site.npos ? "" : site.substr(colon + 1);
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), omitted.line);
  if (colon == 0 || error != std::errc() || end != line.data() + line.size()) {
    throw std::invalid_argument("expected FILE_SUFFIX:LINE, not " + std::string(site));
  }
  omitted.suffix = site.substr(0, colon);
  omitted.reached = false;
  omitting = true;
}

bool omitted(Site at) {
  OmittedSite& omitted = omitted_site();
  if (at.line != omitted.line || !ends_with(at.file, omitted.suffix.data(), omitted.suffix.size())) {
    return false;
  }
  if (!omitted.reached.exchange(true, std::memory_order_relaxed)) {
    Message message;
    message << "simt: omitted " << at;
    message.write();
  }
  return true;
}

void set_call_site(Site at) { call_site = at; }

// The recorded location is cleared, so that it does not apply to a later call from elsewhere.
bool omitted_call() { return omitting && omitted(std::exchange(call_site, Site())); }

}  // namespace simt
