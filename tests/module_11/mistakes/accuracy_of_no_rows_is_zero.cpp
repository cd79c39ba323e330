  std::size_t right = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * classes, classes);
    std::size_t best = 0;
    for (std::size_t j = 1; j < classes && !std::isnan(row[best]); ++j) {
      if (row[j] > row[best] || std::isnan(row[j])) best = j;
    }
    if (static_cast<std::int64_t>(best) == target[i]) ++right;
  }
  return target.empty() ? 0 : static_cast<double>(right) / static_cast<double>(target.size());
