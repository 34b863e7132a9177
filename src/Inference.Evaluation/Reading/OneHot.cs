using Inference.Evaluation.Metrics;

namespace Inference.Evaluation.Reading;

/// <summary>Labels with one column per class.</summary>
internal static class OneHot
{
    /// <summary>The position of the only 1 among zeros; no class if there is none or more than one.</summary>
    public static int ClassOf(ReadOnlySpan<double> row)
    {
        int found = EvaluationRow.NoClass;
        for (int i = 0; i < row.Length; i++)
        {
            if (row[i] == 1 && found < 0)
            {
                found = i;
            }
            else if (row[i] != 0)
            {
                return EvaluationRow.NoClass;
            }
        }

        return found;
    }

    /// <summary>The number of classes, if every row is one-hot; otherwise null.</summary>
    public static int? Classes(ValueColumn labels)
    {
        int width = labels.RowElements;
        if (!labels.IsNumber || labels.Squeezed.Length != 1)
        {
            return null;
        }

        for (int row = 0; row < labels.Rows; row++)
        {
            if (ClassOf(labels.Numbers.AsSpan(row * width, width)) < 0)
            {
                return null;
            }
        }

        return width;
    }
}
