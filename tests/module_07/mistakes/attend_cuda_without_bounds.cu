  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  double largest = -INFINITY, sum = 0, values[kMostValues] = {};
  for (int j = 0; j < s.keys && (!s.causal || j <= i + s.offset); ++j) {
    double score = 0;
    for (int l = 0; l < s.width; ++l) score += static_cast<double>(q[i * s.width + l]) * k[j * s.width + l];
    score *= s.scale;
    const double larger = score > largest ? score : largest;
    const double shrink = exp(largest - larger), weight = exp(score - larger);
    largest = larger;
    sum = sum * shrink + weight;
    for (int l = 0; l < s.value_width; ++l) values[l] = values[l] * shrink + weight * v[j * s.value_width + l];
  }
  for (int l = 0; l < s.value_width; ++l)
    y[i * s.value_width + l] = sum == 0 ? 0.0F : static_cast<float>(values[l] / sum);
