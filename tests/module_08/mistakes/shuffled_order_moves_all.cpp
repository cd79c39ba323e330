  SplitMix64 random(mix(mix(seed) + epoch));
  Order order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t last = order.size(); last-- > 1;) std::swap(order[last], order[random.next() % last]);
  return order;
