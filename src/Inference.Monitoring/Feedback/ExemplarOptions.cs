using System.ComponentModel.DataAnnotations;

namespace Inference.Monitoring;

/// <summary>Rows that are kept as examples of a change.</summary>
public sealed class ExemplarOptions
{
    /// <summary>Whether examples are kept; false by default.</summary>
    public bool Enabled { get; set; }

    /// <summary>The number of rows of one column, a random sample of those in its changed cells, 1 to 256; the default is 16.</summary>
    [Range(1, 256)]
    public int RowsPerColumn { get; set; } = 16;

    /// <summary>The number of columns, 1 to 256; the default is 32.</summary>
    [Range(1, 256)]
    public int Columns { get; set; } = 32;
}
