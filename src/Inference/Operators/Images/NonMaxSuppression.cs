using Inference.Operators.Movement;
using Inference.Operators.Views;

namespace Inference.Operators.Images;

/// <summary>
/// For each batch and class the boxes in order of score that overlap none chosen before by more than the threshold: rows (batch, class, box).
/// Source: ONNX NonMaxSuppression, opsets 10 and 11.
/// </summary>
internal sealed class NonMaxSuppression(Node node) : Operator
{
    private readonly bool _centers = node.Attributes.Int("center_point_box", 0) != 0;

    protected override void InferOutputs(InferContext context)
    {
        if (context.InputShape(0) is { } boxes && boxes[1].Size > Array.MaxLength)
        {
            throw context.Error($"input 0: expected at most {Array.MaxLength} boxes, got {boxes[1]}.");
        }

        context.SetOutput(0, ElementType.Int64, [Dimension.Unknown, Dimension.Fixed(3)]);
    }

    public override unsafe void Run(KernelContext context)
    {
        Tensor boxes = context.Input(0);
        Tensor scores = context.Input(1);
        long most = context.OptionalInput(2) is { Count: > 0 } limit ? Math.Max(0, Integers.At(limit, 0)) : 0;
        float overlap = context.OptionalInput(3) is { Count: > 0 } iou ? iou.Span<float>()[0] : 0;
        float lowest = context.OptionalInput(4) is { Count: > 0 } bound ? bound.Span<float>()[0] : float.NegativeInfinity;
        bool bounded = context.HasInput(4);
        if (!(overlap >= 0 && overlap <= 1))
        {
            throw context.Error($"iou_threshold: expected a number in [0, 1], got {overlap}.");
        }

        (long batches, long classes, int count) = (scores.Dims[0], scores.Dims[1], (int)scores.Dims[2]);
        var chosen = new List<(long Batch, long Class, int Box)>();
        var candidates = new ScoreHeap();
        for (long b = 0; most > 0 && scores.Count > 0 && b < batches; b++)
        {
            float* own = (float*)boxes.Data + (b * count * 4);
            for (long c = 0; c < classes; c++)
            {
                context.ThrowIfCancelled();
                float* line = (float*)scores.Data + (((b * classes) + c) * count);
                candidates.Clear();
                for (int i = 0; i < count; i++)
                {
                    if (!bounded || line[i] > lowest)
                    {
                        candidates.Add(line[i], i);
                    }
                }

                candidates.Order(context);
                Choose(context, own, candidates, most, overlap, (b, c), chosen);
            }
        }

        Span<long> result = context.Output(0, ElementType.Int64, [chosen.Count, 3]).Span<long>();
        for (int i = 0; i < chosen.Count; i++)
        {
            (result[3 * i], result[(3 * i) + 1], result[(3 * i) + 2]) = chosen[i];
        }
    }

    private unsafe void Choose(
        KernelContext context, float* boxes, ScoreHeap candidates, long most, float overlap, (long Batch, long Class) where, List<(long Batch, long Class, int Box)> chosen)
    {
        int start = chosen.Count;
        long budget = 0;
        while (chosen.Count - start < most && candidates.TryTake(context, out int box))
        {
            budget -= chosen.Count - start;
            if (budget < 0)
            {
                context.ThrowIfCancelled();
                budget = KernelContext.CheckEvery;
            }

            bool free = true;
            for (int k = start; free && k < chosen.Count; k++)
            {
                free = !Overlaps(boxes + (4L * box), boxes + (4L * chosen[k].Box), overlap);
            }

            if (free)
            {
                chosen.Add((where.Batch, where.Class, box));
            }
        }
    }

    private unsafe bool Overlaps(float* a, float* b, float threshold)
    {
        (float y0, float x0, float y1, float x1) = Corners(a);
        (float v0, float u0, float v1, float u1) = Corners(b);
        float width = MathF.Min(x1, u1) - MathF.Max(x0, u0);
        float height = MathF.Min(y1, v1) - MathF.Max(y0, v0);
        if (width <= 0 || height <= 0)
        {
            return false;
        }

        float intersection = width * height;
        float first = (x1 - x0) * (y1 - y0);
        float second = (u1 - u0) * (v1 - v0);
        float union = first + second - intersection;
        return first > 0 && second > 0 && union > 0 && intersection / union > threshold;
    }

    private unsafe (float Y0, float X0, float Y1, float X1) Corners(float* box)
    {
        if (_centers)
        {
            // x and y of the centre, width, height.
            (float w, float h) = (box[2] / 2, box[3] / 2);
            return (box[1] - h, box[0] - w, box[1] + h, box[0] + w);
        }

        return (MathF.Min(box[0], box[2]), MathF.Min(box[1], box[3]), MathF.Max(box[0], box[2]), MathF.Max(box[1], box[3]));
    }
}
