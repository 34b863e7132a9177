namespace Inference.Operators.Recurrent;

/// <summary>A recurrent operator with prepacked weights; the store owns them.</summary>
internal sealed class RecurrentKernel(CellOptions options, CellWeights w, CellWeights r) : Kernel
{
    public override void Run(KernelContext context) => RecurrentRunner.Run(context, options, w, r);
}
