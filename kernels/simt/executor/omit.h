#pragma once

namespace simt {

/// Whether SIMT_OMIT names the place that the running API call was made from. simt/call_sites.h notes it.
bool omitted_call();

}  // namespace simt
