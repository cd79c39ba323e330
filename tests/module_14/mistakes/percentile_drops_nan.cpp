  std::vector<double> sorted;
  for (const double time : times) {
    if (!std::isnan(time)) sorted.push_back(time);
  }
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(sorted.begin(), sorted.end());
  const double position = p / 100 * static_cast<double>(sorted.size() - 1);
  const auto index = static_cast<std::size_t>(position);
  if (index + 1 >= sorted.size()) return sorted.back();
  return sorted[index] + (position - static_cast<double>(index)) * (sorted[index + 1] - sorted[index]);
