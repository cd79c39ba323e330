  SplitMix64 random(mix(mix(seed) + epoch));
  Order order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (std::int64_t& each : order) std::swap(each, order[random.next() % order.size()]);
  return order;
