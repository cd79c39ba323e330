  std::vector<int> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  const auto logit = [&](int token) -> double { return logits[static_cast<std::size_t>(token)]; };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return logit(a) > logit(b); });
  if (options.temperature == 0) return order[0];
  if (options.top_k > 0 && options.top_k < order.size()) order.resize(options.top_k);
  std::vector<double> weights;
  for (const int token : order)
    weights.push_back(std::exp((logit(token) - logit(order[0])) / options.temperature));
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::size_t size = 0;
  double kept = 0;
  while (size < weights.size() && (size == 0 || kept + weights[size] <= options.top_p * sum)) kept += weights[size++];
  double rest = uniform * kept;
  for (std::size_t i = 0; i + 1 < size; ++i) {
    if (rest < weights[i]) return order[i];
    rest -= weights[i];
  }
  return order[size - 1];
