  if (reference.empty() || current.empty()) throw std::invalid_argument("stability_index");
  const auto shares = [&](std::span<const float> values) {
    std::vector<double> counts(edges.size() + 2, 0.0);
    for (const float value : values) {
      const auto bin = std::upper_bound(edges.begin(), edges.end(), value) - edges.begin();
      ++counts[std::isnan(value) ? edges.size() + 1 : static_cast<std::size_t>(bin)];
    }
    for (double& count : counts) count = std::max(count / static_cast<double>(values.size()), 1e-4);
    return counts;
  };
  const std::vector<double> p = shares(reference), q = shares(current);
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += q[i] * std::log(q[i] / p[i]);
  return sum;
