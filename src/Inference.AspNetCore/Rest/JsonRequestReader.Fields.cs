using System.Text.Json;
using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Rest;

/// <content>Fields of requests: texts, shapes, types, parameters.</content>
internal ref partial struct JsonRequestReader
{
    private void ReadParameters(ParameterScope scope, ref RequestedOutput output, ref long bytes)
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(JsonTokenType.StartObject, "Field 'parameters'", "an object");
        int count = 0;
        while (NextProperty())
        {
            if (++count > _limits.MaxParameters)
            {
                RequestFault.Throw($"Field 'parameters': expected at most {_limits.MaxParameters} parameters, got more.");
            }

            string name = Text("A parameter's name");
            _reader.Read();
            ParameterValue value = _reader.TokenType switch
            {
                JsonTokenType.True => ParameterValue.Of(true),
                JsonTokenType.False => ParameterValue.Of(false),
                JsonTokenType.String => ParameterValue.OfText(name == CallParameters.SequenceIdName ? Text("Parameter 'sequence_id'") : null),
                JsonTokenType.Number when _reader.TryGetUInt64(out ulong natural) => ParameterValue.Of(natural),
                JsonTokenType.Number when _reader.TryGetInt64(out long number) => ParameterValue.Of(number),
                _ => ParameterValue.Other,
            };
            _reader.Skip();
            switch (scope)
            {
                case ParameterScope.Request:
                    _request.Parameters.Set(name, value);
                    break;
                case ParameterScope.Output:
                    output = CallParameters.Set(output, name, value);
                    break;
                case ParameterScope.Input when name == "binary_data_size":
                    bytes = (long)Math.Min(value.Unsigned(name), long.MaxValue);
                    break;
                default:
                    CallParameters.RefuseSharedMemory("Input", "", name);
                    break;
            }
        }
    }

    private int ReadShape(scoped Span<long> shape)
    {
        _reader.Read();
        Expect(JsonTokenType.StartArray, "Field 'shape'", "an array of whole numbers");
        int rank = 0;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out long dimension) || dimension < 0)
            {
                RequestFault.Throw("Field 'shape': expected whole numbers of 0 or more that fit 63 bits, got another value.");
                return 0;
            }

            if (rank == _limits.MaxRank)
            {
                RequestFault.Throw($"Field 'shape': expected at most {_limits.MaxRank} dimensions, got more.");
            }

            shape[rank++] = dimension;
        }

        return rank;
    }

    private ElementType ReadType()
    {
        _reader.Read();
        Expect(JsonTokenType.String, "Field 'datatype'", "a text");
        ElementType type = _reader.ValueIsEscaped ? ElementType.Undefined : Datatypes.Parse(_reader.ValueSpan);
        if (type == ElementType.Undefined)
        {
            RequestFault.Throw($"Field 'datatype': expected one of {Datatypes.All}, got '{TensorRules.CheckText("Field 'datatype'", _reader.GetString()!, _limits)}'.");
        }

        return type;
    }

    private readonly string Text(string what)
    {
        if (_reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            Expect(JsonTokenType.String, what, "a text");
        }

        // An escaped text is at least a sixth as long as its escapes.
        if (_reader.ValueSpan.Length > (long)_limits.MaxNameBytes * 6)
        {
            RequestFault.Throw($"{what}: expected at most {_limits.MaxNameBytes} bytes, got more.");
        }

        return TensorRules.CheckText(what, _reader.GetString()!, _limits);
    }

    // Moves to the next property of an object; false at its end.
    private bool NextProperty() => _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName;

    private void SkipValue()
    {
        _reader.Read();
        _reader.Skip();
    }

    private readonly void Expect(JsonTokenType type, string what, string expected)
    {
        if (_reader.TokenType != type)
        {
            RequestFault.Throw($"{what}: expected {expected}, got {JsonTokens.Describe(_reader.TokenType)}.");
        }
    }

    private static void Once(ref int seen, int flag, string what, string field)
    {
        if ((seen & flag) != 0)
        {
            RequestFault.Throw($"{what}: the field '{field}' is given more than once.");
        }

        seen |= flag;
    }
}
