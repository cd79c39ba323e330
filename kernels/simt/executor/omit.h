#pragma once

namespace simt {

/// Whether SIMT_OMIT names the source location of the current API call, which simt/call_sites.h recorded.
bool omitted_call();

}  // namespace simt
