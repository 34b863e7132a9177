using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Feedback;

/// <summary>Reads columns of one tensor.</summary>
/// <param name="IsOutput">Whether it is an output.</param>
/// <param name="Name">The tensor's name.</param>
/// <param name="IsText">Whether its elements are strings.</param>
/// <param name="Elements">The elements of a row, ascending where they follow each other.</param>
/// <param name="Place">The place of the first among the numbers or texts of a row; the others follow.</param>
internal sealed record TensorCapture(bool IsOutput, string Name, bool IsText, int[] Elements, int Place) : IColumnCapture
{
    // One read for all elements.
    private readonly bool _adjacent = Elements.Select((e, i) => e - i).Distinct().Count() == 1;

    public void Read(NamedValues values, PredictionSlot slot, int stride)
    {
        TensorValue? tensor = values.TryGetValue(Name, out ModelValue? value) ? value as TensorValue : null;
        long rows = tensor is { Rank: > 0 } ? tensor.Shape[0] : 1;
        long width = tensor is null || rows == 0 ? 0 : tensor.ElementCount / rows;
        for (int row = 0; row < slot.KeptRows; row++)
        {
            int place = (row * stride) + Place;
            if (IsText)
            {
                ReadTexts(row < rows ? tensor : null, row * width, width, slot.Texts.AsSpan(place, Elements.Length));
            }
            else
            {
                ReadNumbers(row < rows ? tensor : null, row * width, width, slot.Numbers.AsSpan(place, Elements.Length));
            }
        }
    }

    private void ReadNumbers(TensorValue? tensor, long first, long width, Span<double> to)
    {
        if (tensor is null || Elements[^1] >= width)
        {
            to.Fill(double.NaN);
            return;
        }

        if (_adjacent)
        {
            ElementReader.Read(tensor, first + Elements[0], 1, to);
            return;
        }

        for (int i = 0; i < to.Length; i++)
        {
            ElementReader.Read(tensor, first + Elements[i], 1, to.Slice(i, 1));
        }
    }

    private void ReadTexts(TensorValue? tensor, long first, long width, Span<string?> to)
    {
        to.Clear();
        if (tensor is not { ElementType: ElementType.String })
        {
            return;
        }

        ReadOnlySpan<string> from = tensor.AsSpan<string>();
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = Elements[i] < width ? from[(int)(first + Elements[i])] : null;
        }
    }
}
