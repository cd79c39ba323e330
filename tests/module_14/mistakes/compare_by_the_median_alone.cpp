  if (before.size() != after.size()) throw std::invalid_argument("compare");
  std::vector<double> ratios;
  for (std::size_t i = 0; i < before.size(); ++i) ratios.push_back(before[i] / after[i]);
  std::sort(ratios.begin(), ratios.end());
  Comparison result{std::numeric_limits<double>::quiet_NaN(), 0, std::numeric_limits<double>::infinity(), Verdict::cannot_tell};
  const std::size_t pairs = ratios.size();
  if (pairs == 0) return result;
  result.ratio = (ratios[(pairs - 1) / 2] + ratios[pairs / 2]) / 2;
  const auto probability = [n = static_cast<double>(pairs)](std::size_t below) {
    const auto i = static_cast<double>(below);
    return std::exp(std::lgamma(n + 1) - std::lgamma(i + 1) - std::lgamma(n - i + 1) - n * std::numbers::ln2);
  };
  std::size_t k = 0;
  for (double p = probability(0); p <= 0.025; p += probability(k)) ++k;
  if (k == 0) return result;
  result.low = ratios[k - 1];
  result.high = ratios[pairs - k];
  if (result.ratio != 1) result.verdict = result.ratio > 1 ? Verdict::faster : Verdict::slower;
  return result;
