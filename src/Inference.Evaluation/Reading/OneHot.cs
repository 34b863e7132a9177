using Inference.Evaluation.Metrics;

namespace Inference.Evaluation.Reading;

/// <summary>Labels of one column a class.</summary>
internal static class OneHot
{
    /// <summary>Where the only 1 stands among zeros; no class where there is none or several.</summary>
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

    /// <summary>The classes of labels, where each row is one; else null.</summary>
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
