namespace Inference.Operators.Contrib;

/// <summary>A mixture of experts with floating-point weights; see <see cref="MixtureOfExperts"/>. Source: com.microsoft MoE.</summary>
internal sealed unsafe class MoE(Node node) : MixtureOfExperts(node)
{
    protected override int Pack => 1;

    protected override int MixInput => -1;

    protected override bool IsSoftmaxOfChosen => false;

    protected override int Matrices(int product) => 2 * product;

    protected override int Biases(int product) => (2 * product) + 1;

    protected override float* Matrix(KernelContext context, int product, long expert, long rows, long columns, float* buffer) =>
        (float*)context.Input(Matrices(product)).Data + (expert * rows * columns);

    protected override long BufferSize(long rows, long columns) => 0;
}
