  static SplitMix64 random(mix(mix(seed) + epoch));
  Order order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t choices = order.size(); choices > 1; --choices)
    std::swap(order[choices - 1], order[random.next() % choices]);
  return order;
