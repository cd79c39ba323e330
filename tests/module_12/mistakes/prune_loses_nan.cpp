  const auto magnitude = [weight](std::size_t i) { return std::isnan(weight[i]) ? INFINITY : std::abs(weight[i]); };
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < weight.size(); ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return magnitude(a) < magnitude(b); });
  order.resize(static_cast<std::size_t>(share * static_cast<double>(weight.size())));
  for (const std::size_t i : order) weight[i] = 0;
