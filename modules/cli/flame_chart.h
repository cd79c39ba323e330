#pragma once

#include <string>

#include "modules/cli/trace.h"

namespace tito {

/// A picture of where a trace's time goes, as an SVG file of its own: a bar for each scope, below the bar of
/// the scope that it is in, as wide as its time. Scopes of the same name in the same scope are one bar, in
/// the order of the first ones, so that a loop's bar has the sums over its rounds. The title of a bar, which
/// browsers show at the pointer, has its calls, times and rates. Bars narrower than a fraction of a pixel are
/// left out, and so are threads and depths beyond some number of them; the picture says so.
std::string flame_chart(const Trace& trace, const std::string& title);

}  // namespace tito
