using System.Runtime.InteropServices;
using Inference.Monitoring.Cells;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Collection;

/// <summary>Counts columns that are computed from several columns of a row. Immutable; thread-safe.</summary>
internal sealed class JointPlan
{
    private readonly RowCells _cells;
    private readonly Joint[] _joints;

    /// <param name="layout">The columns of the profile.</param>
    /// <param name="encoders">Their encoders.</param>
    public JointPlan(WindowLayout layout, ColumnEncoder[] encoders)
    {
        int[] joints = [.. Enumerable.Range(0, encoders.Length).Where(i => layout.Columns[i].IsJoint)];
        int[] used = [.. joints.SelectMany(j => layout.Columns[j].Terms).Select(static t => t.Column).Distinct().Order()];
        _cells = new RowCells(layout.Columns, encoders, used);
        _joints = [.. joints.Select(j => new Joint(new JointValues(layout.Columns[j], layout.Columns, c => Array.IndexOf(used, c)), encoders[j], j, layout.OffsetOf(j)))];
    }

    /// <summary>Counts rows.</summary>
    public void Collect(NamedValues inputs, NamedValues? outputs, int callRows, int start, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        Span<ushort> cells = MemoryMarshal.Cast<byte, ushort>(stripe.Groups(sizeof(ushort) * _cells.Count * RowCells.MaxRows));
        Span<double> values = stackalloc double[rows];
        bool read = false;
        try
        {
            _cells.Read(inputs, outputs, callRows, start, rows, cells);
            read = true;
        }
        finally
        {
            foreach (Joint joint in _joints)
            {
                // After an exception, the values are not known.
                values.Fill(double.NaN);
                if (read)
                {
                    joint.Values.Read(cells, values);
                }

                GeneralRun.CountRows(values, joint.Encoder, joint.Place, joint.Offset, segments, stripe);
            }
        }
    }

    private readonly record struct Joint(JointValues Values, ColumnEncoder Encoder, int Place, int Offset);
}
