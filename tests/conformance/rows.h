#pragma once

// One function for each family of ops, which adds the rows of its file to the op table.
namespace tinytorch::conformance {

void activation_rows();
void arithmetic_rows();
void attention_rows();
void bitwise_rows();
void comparison_rows();
void composite_rows();
void convolution_rows();
void copy_rows();
void creation_rows();
void cross_entropy_rows();
void gradient_rows();
void indexing_rows();
void interpolate_rows();
void linear_algebra_rows();
void loss_rows();
void math_rows();
void matmul_rows();
void normalization_rows();
void optimizer_rows();
void pad_rows();
void pooling_rows();
void positions_rows();
void quantile_rows();
void quantization_rows();
void random_rows();
void rearrange_rows();
void recurrent_rows();
void reduction_rows();
void scan_rows();
void shape_rows();
void sort_rows();
void statistics_rows();
void unfold_rows();

}  // namespace tinytorch::conformance
