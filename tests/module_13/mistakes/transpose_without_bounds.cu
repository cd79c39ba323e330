  __shared__ float tile[kTransposeSide][kTransposeSide + 1];
  const int top = static_cast<int>(blockIdx.y) * kTransposeSide,
            left = static_cast<int>(blockIdx.x) * kTransposeSide;
  const int c = static_cast<int>(threadIdx.x);
  for (int r = static_cast<int>(threadIdx.y); r < kTransposeSide; r += kTransposeThreads) {
    tile[r][c] = x[(top + r) * columns + left + c];
  }
  __syncthreads();
  for (int r = static_cast<int>(threadIdx.y); r < kTransposeSide; r += kTransposeThreads) {
    y[(left + r) * rows + top + c] = tile[c][r];
  }
