  __shared__ float tile[kTransposeSide][kTransposeSide + 1];
  const int top = static_cast<int>(blockIdx.y) * kTransposeSide,
            left = static_cast<int>(blockIdx.x) * kTransposeSide;
  const int c = static_cast<int>(threadIdx.x);
  for (int r = static_cast<int>(threadIdx.y); r < kTransposeSide; r += kTransposeThreads) {
    if (top + r < rows && left + c < columns) tile[r][c] = x[(top + r) * columns + left + c];
  }
  __syncthreads();
  for (int r = static_cast<int>(threadIdx.y); r < kTransposeSide; r += kTransposeThreads) {
    if (top + r < rows && left + c < columns) y[(top + r) * rows + left + c] = tile[c][r];
  }
