  __shared__ float keys[kKeys][kMostWidth], values[kKeys][kMostWidth];
  const int t = static_cast<int>(threadIdx.x), i = static_cast<int>(blockIdx.x) * kQueries + t;
  double largest = -INFINITY, sum = 0, weighed[kMostWidth] = {};
  for (int first = 0; first < s.keys; first += kKeys) {
    const int size = s.keys - first < kKeys ? s.keys - first : kKeys;
    for (int e = t; e < size * s.width; e += kQueries)
      keys[e / s.width][e % s.width] = k[first * s.width + e];
    for (int e = t; e < size * s.value_width; e += kQueries)
      values[e / s.value_width][e % s.value_width] = v[first * s.value_width + e];
    __syncthreads();
    for (int j = 0; j < size && i < s.queries; ++j) {
      double score = 0;
      for (int l = 0; l < s.width; ++l) score += static_cast<double>(q[i * s.width + l]) * keys[j][l];
      score *= s.scale;
      const double larger = score > largest ? score : largest;
      const double shrink = exp(largest - larger), weight = exp(score - larger);
      largest = larger;
      sum = sum * shrink + weight;
      for (int l = 0; l < s.value_width; ++l) weighed[l] = weighed[l] * shrink + weight * values[j][l];
    }
    __syncthreads();
  }
  for (int l = 0; l < s.value_width && i < s.queries; ++l)
    y[i * s.value_width + l] = sum == 0 ? 0.0F : static_cast<float>(weighed[l] / sum);
