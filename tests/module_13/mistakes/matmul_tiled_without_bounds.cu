  __shared__ float tile_a[kMatmulSide][kMatmulSide], tile_b[kMatmulSide][kMatmulSide];
  const int r = static_cast<int>(threadIdx.y), c = static_cast<int>(threadIdx.x);
  const int i = static_cast<int>(blockIdx.y) * kMatmulSide + r,
            j = static_cast<int>(blockIdx.x) * kMatmulSide + c;
  double sum = 0;
  for (int first = 0; first < k; first += kMatmulSide) {
    tile_a[r][c] = a[i * k + first + c];
    tile_b[r][c] = b[(first + r) * n + j];
    __syncthreads();
    for (int l = 0; l < kMatmulSide; ++l) sum += static_cast<double>(tile_a[r][l]) * tile_b[l][c];
    __syncthreads();
  }
  if (i < m && j < n) y[i * n + j] = static_cast<float>(sum);
