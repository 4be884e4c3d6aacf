// What Yosys makes into gates.
module count(input clk, input reset, input up, output reg [7:0] value, output even);
    assign even = ~^value;
    always @(posedge clk)
        if (reset) value <= 0;
        else value <= up ? value + 3 : value - 1;
endmodule
