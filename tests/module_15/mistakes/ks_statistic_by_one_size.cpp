  const auto sorted = [](std::span<const float> values) {
    std::vector<float> result;
    for (const float value : values) {
      if (!std::isnan(value)) result.push_back(value);
    }
    if (result.empty()) throw std::invalid_argument("ks_statistic");
    std::sort(result.begin(), result.end());
    return result;
  };
  const std::vector<float> left = sorted(a), right = sorted(b);
  std::size_t i = 0, j = 0;
  double largest = 0;
  while (i < left.size() && j < right.size()) {
    const float x = std::min(left[i], right[j]);
    while (i < left.size() && left[i] == x) ++i;
    while (j < right.size() && right[j] == x) ++j;
    const double f = static_cast<double>(i) / static_cast<double>(left.size());
    const double g = static_cast<double>(j) / static_cast<double>(left.size());
    largest = std::max(largest, std::abs(f - g));
  }
  return largest;
