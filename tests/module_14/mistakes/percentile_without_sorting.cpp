  const bool unknown = std::any_of(times.begin(), times.end(), [](double time) { return std::isnan(time); });
  if (times.empty() || unknown) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> sorted(times.begin(), times.end());
  
  const double position = p / 100 * static_cast<double>(sorted.size() - 1);
  const auto index = static_cast<std::size_t>(position);
  if (index + 1 >= sorted.size()) return sorted.back();
  return sorted[index] + (position - static_cast<double>(index)) * (sorted[index + 1] - sorted[index]);
