#include "modules/cli/flame_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "modules/cli/course/text.h"

namespace tito {
namespace {

constexpr double kWidth = 1600, kMargin = 10, kRow = 18, kCharacter = 6.7;  // pixels
constexpr double kNarrowest = 0.2;
constexpr std::size_t kMostThreads = 64, kDeepest = 100;

/// Scopes of one name in one scope, or a thread.
struct Bar {
  const TraceScope* first = nullptr;  // null: a thread
  std::vector<std::size_t> inner;     // in the order of the first ones
  std::size_t calls = 0;
  std::int64_t time = 0, inner_time = 0;  // [ns]
  double bytes = 0, operations = 0;
};

/// The bars of a trace: those of its threads, then each below that of the scope that it is in.
class BarTree {
 public:
  explicit BarTree(const Trace& trace) : bars_(trace.threads.size()), open_(trace.threads.size()) {
    std::vector<const TraceScope*> scopes;
    for (const TraceScope& scope : trace.scopes) scopes.push_back(&scope);
    // Of two that start together, the longer one has the other in it.
    std::stable_sort(scopes.begin(), scopes.end(), [](const TraceScope* a, const TraceScope* b) {
      return std::tuple(a->start, -a->end) < std::tuple(b->start, -b->end);
    });
    for (const TraceScope* const scope : scopes) add(*scope);
  }

  std::vector<Bar> take() && { return std::move(bars_); }

 private:
  struct Open {
    std::size_t bar;
    std::int64_t end;
  };

  void add(const TraceScope& scope) {
    std::vector<Open>& open = open_[scope.thread];
    while (!open.empty() && open.back().end <= scope.start) open.pop_back();
    const std::size_t outer = open.empty() ? scope.thread : open.back().bar;
    // In the trace of another program it may end after the outer one.
    const std::int64_t end = open.empty() ? scope.end : std::min(scope.end, open.back().end);
    const std::size_t bar = bar_of(outer, scope);
    bars_[bar].calls += 1;
    bars_[bar].time += end - scope.start;
    bars_[bar].bytes += scope.bytes;
    bars_[bar].operations += scope.operations;
    bars_[outer].inner_time += end - scope.start;
    open.push_back({bar, end});
  }

  std::size_t bar_of(std::size_t outer, const TraceScope& scope) {
    const auto [found, is_new] = index_.try_emplace({outer, scope.category, scope.name}, bars_.size());
    if (is_new) {
      bars_.emplace_back().first = &scope;
      bars_[outer].inner.push_back(found->second);
    }
    return found->second;
  }

  std::vector<Bar> bars_;
  std::vector<std::vector<Open>> open_;  // of each thread
  std::map<std::tuple<std::size_t, std::string_view, std::string_view>, std::size_t> index_;
};

std::string milliseconds(std::int64_t time) {
  return fmt::format("{:.3f} ms", static_cast<double>(time) / 1e6);
}

/// The color of what a Profiler records, else one that depends on the category.
const char* color_of(std::string_view category) {
  static const std::map<std::string_view, const char*> colors{{"scope", "#b8b8b8"},
                                                              {"layer", "#8fbc5a"},
                                                              {"op", "#f2c14e"},
                                                              {"backward", "#6fa8dc"},
                                                              {"kernel", "#e8743b"}};
  const auto found = colors.find(category);
  return found == colors.end() ? "#d5a6bd" : found->second;
}

/// As many characters as fit into a width; nothing if these are too few to read.
std::string fitting(std::string_view text, double width) {
  const auto most = static_cast<std::size_t>(std::max(0.0, (width - 6) / kCharacter));
  if (text.size() <= most) return escape_html(text);
  if (most < 4) return "";
  std::size_t end = most - 2;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;  // within a character of UTF-8
  return escape_html(text.substr(0, end)) + "..";
}

/// What is said of a bar at the pointer. Rates are those of its whole time.
std::string title_of(const Bar& bar, std::int64_t whole) {
  const double seconds = static_cast<double>(bar.time) / 1e9;
  std::string text =
      fmt::format("{} ({})\ncalls: {}, time: {} ({:.1f} % of the thread's), without what is inside: {}",
                  bar.first->name, bar.first->category, bar.calls, milliseconds(bar.time),
                  100 * static_cast<double>(bar.time) / static_cast<double>(std::max<std::int64_t>(whole, 1)),
                  milliseconds(bar.time - bar.inner_time));
  if (bar.bytes > 0 && seconds > 0) text += fmt::format("\n{:.1f} GB/s", bar.bytes / seconds / 1e9);
  if (bar.operations > 0 && seconds > 0) text += fmt::format("\n{:.1f} GF/s", bar.operations / seconds / 1e9);
  return escape_html(text);
}

/// Draws the bars of a trace, a thread below the other.
class FlameChart {
 public:
  explicit FlameChart(const Trace& trace) : trace_(trace), bars_(BarTree(trace).take()) {
    const std::size_t threads = std::min(trace.threads.size(), kMostThreads);
    std::int64_t longest = 1;
    for (std::size_t i = 0; i < threads; ++i) longest = std::max(longest, bars_[i].inner_time);
    pixels_per_nanosecond_ = (kWidth - 2 * kMargin) / static_cast<double>(longest);
    for (std::size_t i = 0; i < threads; ++i) draw_thread(i);
  }

  std::string svg(const std::string& title) {
    write(kMargin, kRow, fmt::format("{}: {} scopes{}", title, trace_.scopes.size(), left_out()));
    return fmt::format(
               R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1:.0f}" viewBox="0 0 {0} {1:.0f}")"
               R"( font-family="monospace" font-size="11"><rect width="100%" height="100%" fill="white"/>)"
               "\n",
               kWidth, bottom_ + kMargin) +
           text_ + "</svg>\n";
  }

 private:
  /// A bar to draw.
  struct Pending {
    std::size_t bar;
    double x;
    std::size_t depth;
  };

  void draw_thread(std::size_t thread) {
    const double top = bottom_ + kRow;
    write(kMargin, top,
          fmt::format("{}: {}", trace_.threads[thread], milliseconds(bars_[thread].inner_time)));
    std::vector<Pending> pending;
    add_inner({.bar = thread, .x = kMargin, .depth = 0}, pending);
    while (!pending.empty()) {
      const Pending next = pending.back();
      pending.pop_back();
      draw_bar(next, top, bars_[thread].inner_time);
      add_inner(next, pending);
    }
  }

  /// Adds the bars below one that are wide enough to be drawn.
  void add_inner(const Pending& outer, std::vector<Pending>& pending) {
    double x = outer.x;
    for (const std::size_t bar : bars_[outer.bar].inner) {
      const double width = width_of(bar);
      if (width < kNarrowest || outer.depth == kDeepest) {
        ++bars_left_out_;
      } else {
        pending.push_back({.bar = bar, .x = x, .depth = outer.depth + 1});
      }
      x += width;
    }
  }

  void draw_bar(const Pending& drawn, double top, std::int64_t whole) {
    const Bar& bar = bars_[drawn.bar];
    const double width = width_of(drawn.bar), y = top + static_cast<double>(drawn.depth) * kRow - kRow / 2;
    text_ += fmt::format(
        R"(<g><title>{}</title><rect x="{:.2f}" y="{:.0f}" width="{:.2f}" height="{:.0f}" fill="{}" stroke="white" stroke-width="0.5"/>)",
        title_of(bar, whole), drawn.x, y, width, kRow - 1, color_of(bar.first->category));
    if (const std::string label = fitting(bar.first->name, width); !label.empty())
      text_ += fmt::format(R"(<text x="{:.2f}" y="{:.0f}">{}</text>)", drawn.x + 3, y + kRow - 6, label);
    text_ += "</g>\n";
    bottom_ = std::max(bottom_, y + kRow);
  }

  void write(double x, double y, const std::string& text) {
    text_ += fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\">{}</text>\n", x, y, escape_html(text));
    bottom_ = std::max(bottom_, y);
  }

  double width_of(std::size_t bar) const {
    return static_cast<double>(bars_[bar].time) * pixels_per_nanosecond_;
  }

  /// What the picture does not show.
  std::string left_out() const {
    std::string text;
    if (trace_.left_out > 0) text += fmt::format("; {} more did not fit into the trace", trace_.left_out);
    if (bars_left_out_ > 0) text += fmt::format("; {} bars are too narrow or too deep", bars_left_out_);
    if (trace_.threads.size() > kMostThreads)
      text += fmt::format("; {} threads are left out", trace_.threads.size() - kMostThreads);
    return text;
  }

  const Trace& trace_;
  std::vector<Bar> bars_;
  double pixels_per_nanosecond_ = 0;
  double bottom_ = 2 * kRow;  // of what is drawn
  std::size_t bars_left_out_ = 0;
  std::string text_;
};

}  // namespace

std::string flame_chart(const Trace& trace, const std::string& title) { return FlameChart(trace).svg(title); }

}  // namespace tito
