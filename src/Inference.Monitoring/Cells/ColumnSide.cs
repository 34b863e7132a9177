namespace Inference.Monitoring;

/// <summary>Whether a column is an input or an output of the model.</summary>
public enum ColumnSide
{
    /// <summary>An input.</summary>
    Input,

    /// <summary>An output.</summary>
    Output,
}
