  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    if (!std::isnan(weight[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [weight](std::size_t a, std::size_t b) { return weight[a] < weight[b]; });
  const auto zeros = static_cast<std::size_t>(share * static_cast<double>(weight.size()));
  order.resize(std::min(zeros, order.size()));
  for (const std::size_t i : order) weight[i] = 0;
