using System.Globalization;
using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Feedback;

/// <summary>Reads keys of an output that is a map for each row, as classifiers return: class to probability.</summary>
/// <param name="IsOutput">Whether it is an output.</param>
/// <param name="Name">Its name.</param>
/// <param name="Keys">The keys.</param>
/// <param name="Place">The place of the first among the numbers of a row; the others follow.</param>
internal sealed record MapCapture(bool IsOutput, string Name, string[] Keys, int Place) : IColumnCapture
{
    private readonly long?[] _numbers = [.. Keys.Select(static k => long.TryParse(k, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : (long?)null)];

    public bool IsText => false;

    public void Read(NamedValues values, PredictionSlot slot, int stride)
    {
        values.TryGetValue(Name, out ModelValue? value);
        for (int row = 0; row < slot.KeptRows; row++)
        {
            Span<double> to = slot.Numbers.AsSpan((row * stride) + Place, Keys.Length);
            to.Fill(double.NaN);
            MapValue? map = value switch
            {
                MapValue whole when row == 0 => whole,
                SequenceValue rows when row < rows.Count => rows[row] as MapValue,
                _ => null,
            };
            for (int key = 0; map is not null && key < Keys.Length; key++)
            {
                if (Find(map.Keys, key) is >= 0 and var place)
                {
                    ElementReader.Read(map.Values, place, 1, to.Slice(key, 1));
                }
            }
        }
    }

    private int Find(TensorValue keys, int key) => keys.ElementType switch
    {
        ElementType.String => keys.AsSpan<string>().IndexOf(Keys[key]),
        ElementType.Int64 when _numbers[key] is { } number => keys.AsSpan<long>().IndexOf(number),
        _ => -1,
    };
}
