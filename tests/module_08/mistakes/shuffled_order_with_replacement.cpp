  SplitMix64 random(mix(mix(seed) + epoch));
  Order order;
  for (std::int64_t i = 0; i < n; ++i)
    order.push_back(static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(n)));
  return order;
