using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Text;

/// <summary>y = x₀ + x₁ as texts, with broadcasting. Source: ONNX StringConcat, opset 20.</summary>
internal sealed class StringConcat : Operator
{
    // What the runtime allows one text.
    private const long MaxLength = 0x3FFFFFDF;

    /// <summary>Units of <see cref="WorkCounter"/> of a text that is made, besides its characters.</summary>
    public const int TextWork = 50;

    // Characters of a text that is copied in parts.
    private const int LongText = 1 << 19;

    protected override void InferOutputs(InferContext context)
    {
        context.SetOutput(0, ElementType.String, Shapes.Broadcast(context, context.InputShape(0), context.InputShape(1)));
    }

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        Span<string> target = y.Strings;
        StridedLoop loop = StridedLoop.Over(y.Dims);
        loop.AddBroadcast(y.Dims, a.Dims);
        loop.AddBroadcast(y.Dims, b.Dims);
        loop.Collapse();
        int next = 0;
        var work = default(WorkCounter);
        for (long o = 0; o < loop.Outer; o++, loop.Next())
        {
            for (long i = 0; i < loop.Inner; i++)
            {
                string left = a.Strings[(int)(loop.Offset(0) + (i * loop.InnerStride(0)))];
                string right = b.Strings[(int)(loop.Offset(1) + (i * loop.InnerStride(1)))];
                long length = (long)left.Length + right.Length;
                if (length > MaxLength)
                {
                    throw context.Error($"element {next}: the strings of {left.Length} and {right.Length} characters would exceed {MaxLength} characters when concatenated. Concatenate less.");
                }

                if (left.Length > 0 && right.Length > 0)
                {
                    context.Claim(MemoryCount.OfString(length));
                }

                work.Add(TextWork + length);
                target[next++] = length > LongText ? Join(left, right) : left + right;
            }
        }
    }

    // The run can be stopped between the parts.
    private static string Join(string left, string right) => string.Create(left.Length + right.Length, (left, right), static (to, texts) =>
    {
        Copy(texts.left, to);
        Copy(texts.right, to[texts.left.Length..]);
    });

    private static void Copy(ReadOnlySpan<char> from, Span<char> to)
    {
        for (int i = 0; i < from.Length; i += LongText)
        {
            KernelControl.Poll();
            int count = Math.Min(LongText, from.Length - i);
            from.Slice(i, count).CopyTo(to[i..]);
        }
    }

    public override void PropagateBatch(BatchContext context) => context.SetElementwise();
}
