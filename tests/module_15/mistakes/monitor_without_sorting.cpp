  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  const std::size_t count = monitor.window.size();
  if (count == 0) return {0, kUnknown, kUnknown, kUnknown, kUnknown};
  const auto size = static_cast<double>(count);
  std::vector<double> latencies;
  double sum = 0, errors = 0, squares = 0, raw = 0;
  for (const Observation& each : monitor.window) {
    latencies.push_back(each.latency);
    sum += each.latency;
    raw += each.latency * each.latency;
    errors += each.failed ? 1 : 0;
  }
  const double mean = sum / size;
  for (const double latency : latencies) squares += (latency - mean) * (latency - mean);
  double p95 = kUnknown;
  if (std::none_of(latencies.begin(), latencies.end(), [](double latency) { return std::isnan(latency); })) {
    
    p95 = latencies[(95 * count + 99) / 100 - 1];
  }
  return {count, mean, count > 1 ? squares / (size - 1) : kUnknown, p95, errors / size};
