using System.Globalization;
using System.Numerics;
using Inference.Data.Contract;
using Parquet;
using Parquet.Schema;
using ParquetField = Parquet.Schema.DataField;

namespace Inference.Data.Columnar;

/// <summary>One column of a Parquet file as a tensor.</summary>
internal static class ParquetColumn
{
    /// <summary>Why a column cannot be rows for a model; null where it can.</summary>
    public static string? Reason(Field field) => field switch
    {
        ParquetField { IsArray: true } or not ParquetField => $"expected one value per row, got a nested column ({(field is ParquetField ? "list" : field.SchemaType.ToString().ToLowerInvariant())}). Write its parts as separate columns.",
        { MaxRepetitionLevel: > 0 } => "expected one value per row, got a repeated column. Write its parts as separate columns.",
        ParquetField data when IsTime(data) || KindOf(data, false).Type == ElementType.Undefined =>
            $"expected numbers, text, booleans or dates, got {(IsTime(data) ? "times of day" : data.ClrType == typeof(ReadOnlyMemory<byte>) || data.ClrType == typeof(byte[]) ? "bytes" : data.ClrType.Name)}. Convert the column before writing it.",
        _ => null,
    };

    /// <summary>The kind of a column. Integers with missing values are float64, in which NaN represents them.</summary>
    public static (ColumnKind Kind, ElementType Type) KindOf(ParquetField field, bool hasNulls)
    {
        Type type = field.ClrType;
        ElementType whole = Whole(type);
        return whole != ElementType.Undefined ? (ColumnKind.Integer, hasNulls ? ElementType.Float64 : whole)
            : type == typeof(float) ? (ColumnKind.Real, ElementType.Float32)
            : type == typeof(double) || type == typeof(decimal) ? (ColumnKind.Real, ElementType.Float64)
            : type == typeof(bool) ? (ColumnKind.Boolean, hasNulls ? ElementType.Float32 : ElementType.Bool)
            : IsText(type) || type == typeof(Guid) ? (ColumnKind.Text, ElementType.String)
            : type == typeof(DateTime) || type == typeof(DateOnly) ? (ColumnKind.Date, ElementType.String)
            : (ColumnKind.Empty, ElementType.Undefined);
    }

    /// <summary>Reads a column of a row group, in its own type where no value is missing.</summary>
    public static Task<TensorValue> ReadAsync(string file, ParquetRowGroupReader group, ParquetField field, int rows, CancellationToken token)
    {
        Type clr = field.ClrType;
        return clr == typeof(float) ? NumbersAsync(group, field, rows, float.NaN, token)
            : clr == typeof(double) ? NumbersAsync(group, field, rows, double.NaN, token)
            : clr == typeof(decimal) ? ConvertAsync<decimal, double>(group, field, rows, double.NaN, static v => (double)v, token)
            : clr == typeof(sbyte) ? WholeAsync<sbyte>(file, group, field, rows, token)
            : clr == typeof(short) ? WholeAsync<short>(file, group, field, rows, token)
            : clr == typeof(int) ? WholeAsync<int>(file, group, field, rows, token)
            : clr == typeof(long) ? WholeAsync<long>(file, group, field, rows, token)
            : clr == typeof(byte) ? WholeAsync<byte>(file, group, field, rows, token)
            : clr == typeof(ushort) ? WholeAsync<ushort>(file, group, field, rows, token)
            : clr == typeof(uint) ? WholeAsync<uint>(file, group, field, rows, token)
            : clr == typeof(ulong) ? WholeAsync<ulong>(file, group, field, rows, token)
            : clr == typeof(bool) ? TruthAsync(group, field, rows, token)
            : clr == typeof(Guid) ? ConvertAsync<Guid, string>(group, field, rows, "", static v => v.ToString(), token)
            : clr == typeof(DateOnly) ? ConvertAsync<DateOnly, string>(group, field, rows, "", static v => v.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), token)
            : clr == typeof(DateTime) ? ConvertAsync<DateTime, string>(group, field, rows, "", DateFormat(field), token)
            : TextAsync(group, field, rows, token);
    }

    private static bool IsText(Type type) => type == typeof(string) || type == typeof(ReadOnlyMemory<char>);

    private static bool IsTime(ParquetField field) =>
        field.SchemaElement?.LogicalType?.TIME is not null || field.SchemaElement?.ConvertedType is Parquet.Meta.ConvertedType.TIME_MILLIS or Parquet.Meta.ConvertedType.TIME_MICROS || field.ClrType == typeof(TimeSpan);

    private static Func<DateTime, string> DateFormat(ParquetField field)
    {
        string format = field is DateTimeDataField { DateTimeFormat: DateTimeFormat.Date } ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss.FFFFFFF";
        return value => value.ToString(format, CultureInfo.InvariantCulture);
    }

    private static ElementType Whole(Type type) =>
        type == typeof(sbyte) ? ElementType.Int8
        : type == typeof(short) ? ElementType.Int16
        : type == typeof(int) ? ElementType.Int32
        : type == typeof(long) ? ElementType.Int64
        : type == typeof(byte) ? ElementType.UInt8
        : type == typeof(ushort) ? ElementType.UInt16
        : type == typeof(uint) ? ElementType.UInt32
        : type == typeof(ulong) ? ElementType.UInt64
        : ElementType.Undefined;

    private static async Task<TensorValue> NumbersAsync<T>(ParquetRowGroupReader group, ParquetField field, int rows, T missing, CancellationToken token)
        where T : struct
    {
        T?[] values = await ReadAsync<T>(group, field, rows, token).ConfigureAwait(false);
        return TensorValue.Copy<T>(Array.ConvertAll(values, value => value ?? missing), [rows]);
    }

    private static async Task<TensorValue> WholeAsync<T>(string file, ParquetRowGroupReader group, ParquetField field, int rows, CancellationToken token)
        where T : struct, IBinaryInteger<T>
    {
        T?[] values = await ReadAsync<T>(group, field, rows, token).ConfigureAwait(false);
        if (!Array.Exists(values, static value => value is null))
        {
            return TensorValue.Copy<T>(Array.ConvertAll(values, static value => value!.Value), [rows]);
        }

        int large = Array.FindIndex(values, static value => value is { } number && Int128.Abs(Int128.CreateChecked(number)) > DataLimits.LargestExact);
        return large < 0
            ? TensorValue.Copy<double>(Array.ConvertAll(values, static value => value is { } number ? double.CreateChecked(number) : double.NaN), [rows])
            : throw new DataException($"{file}, column '{field.Name}': expected integers up to 2^53 in a column with missing values, got {values[large]}. Fill the missing values before writing the column.");
    }

    private static async Task<TensorValue> TruthAsync(ParquetRowGroupReader group, ParquetField field, int rows, CancellationToken token)
    {
        bool?[] values = await ReadAsync<bool>(group, field, rows, token).ConfigureAwait(false);
        return Array.Exists(values, static value => value is null)
            ? TensorValue.Copy<float>(Array.ConvertAll(values, static value => value is { } truth ? (truth ? 1f : 0f) : float.NaN), [rows])
            : TensorValue.Copy<bool>(Array.ConvertAll(values, static value => value!.Value), [rows]);
    }

    private static async Task<TensorValue> ConvertAsync<T, TTo>(ParquetRowGroupReader group, ParquetField field, int rows, TTo missing, Func<T, TTo> convert, CancellationToken token)
        where T : struct
    {
        T?[] values = await ReadAsync<T>(group, field, rows, token).ConfigureAwait(false);
        return TensorValue.Copy<TTo>(Array.ConvertAll(values, value => value is { } known ? convert(known) : missing), [rows]);
    }

    private static async Task<TensorValue> TextAsync(ParquetRowGroupReader group, ParquetField field, int rows, CancellationToken token)
    {
        var texts = new string?[rows];
        await group.ReadAsync(field, texts.AsMemory(), null, token).ConfigureAwait(false);
        return TensorValue.Copy<string>(Array.ConvertAll(texts, static text => text ?? ""), [rows]);
    }

    private static async Task<T?[]> ReadAsync<T>(ParquetRowGroupReader group, ParquetField field, int rows, CancellationToken token)
        where T : struct
    {
        if (field.IsNullable)
        {
            var nullable = new T?[rows];
            await group.ReadAsync<T>(field, nullable.AsMemory(), null, token).ConfigureAwait(false);
            return nullable;
        }

        var values = new T[rows];
        await group.ReadAsync<T>(field, values.AsMemory(), null, token).ConfigureAwait(false);
        return Array.ConvertAll(values, static value => (T?)value);
    }
}
